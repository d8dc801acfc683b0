//! What keeps data: volumes, snapshots, backups, ISOs, object storage; and keys and scripts for new
//! machines.

use api::{Money, Secret, Time};

use crate::v1::define::answers;

answers! {
    /// A volume of block storage.
    Block {
        /// Its number.
        subid "SUBID": u64,
        /// When it was ordered.
        date_created "date_created": Time,
        /// The price of a month.
        cost_per_month "cost_per_month": Money,
        /// `pending` or `active`.
        status "status": String,
        /// Its size, in gigabytes.
        size_gb "size_gb": u64,
        /// The number of its region.
        dcid "DCID": u64,
        /// The server that it is attached to.
        server "attached_to_SUBID": Option<u64>,
        /// Its label.
        label "label": String,
    }

    /// A snapshot.
    Snapshot {
        /// Which one.
        snapshot "SNAPSHOTID": String,
        /// When it was made.
        date_created "date_created": Time,
        /// What it is said to be.
        description "description": String,
        /// Its size, in bytes.
        size "size": u64,
        /// `pending` or `complete`.
        status "status": String,
        /// The number of its system.
        os "OSID": Option<u64>,
        /// The number of its application; 0: none.
        app "APPID": Option<u64>,
    }

    /// A snapshot that is being made.
    NewSnapshot {
        /// Which one.
        snapshot "SNAPSHOTID": String,
        /// The same in v2.
        v2_id "v2_id": Option<String>,
    }

    /// A backup.
    Backup {
        /// Which one.
        backup "BACKUPID": String,
        /// When it was made.
        date_created "date_created": Time,
        /// What it is said to be.
        description "description": String,
        /// Its size, in bytes.
        size "size": u64,
        /// `pending` or `complete`.
        status "status": String,
    }

    /// An ISO of the account.
    Iso {
        /// Its number.
        iso "ISOID": u64,
        /// When it was added.
        date_created "date_created": Time,
        /// The name of its file.
        filename "filename": String,
        /// Its size, in bytes.
        size "size": Option<u64>,
        /// What its content sums up to; empty until it is there.
        md5sum "md5sum": Option<String>,
        /// The same with more bits.
        sha512sum "sha512sum": Option<String>,
        /// `pending` or `complete`.
        status "status": Option<String>,
    }

    /// An ISO of everybody's.
    PublicIso {
        /// Its number.
        iso "ISOID": u64,
        /// Its name.
        name "name": String,
        /// Which version of it.
        description "description": String,
    }

    /// An ISO that is being fetched.
    NewIso {
        /// Its number.
        iso "ISOID": u64,
    }

    /// A subscription of object storage.
    ObjectStorage {
        /// Its number.
        subid "SUBID": u64,
        /// When it was ordered.
        date_created "date_created": Time,
        /// The number of its cluster.
        cluster "OBJSTORECLUSTERID": u64,
        /// The number of its region.
        dcid "DCID": u64,
        /// The name of its region.
        location "location": String,
        /// Its label.
        label "label": String,
        /// `pending` or `active`.
        status "status": String,
        /// Where it is reached, if the keys were asked for.
        s3_hostname "s3_hostname": Option<String>,
        /// The name of its key.
        s3_access_key "s3_access_key": Option<String>,
        /// The secret of its key.
        s3_secret_key "s3_secret_key": Option<Secret>,
    }

    /// Keys of object storage that were just made.
    S3Keys {
        /// The name of the key.
        s3_access_key "s3_access_key": String,
        /// Its secret.
        s3_secret_key "s3_secret_key": Secret,
        /// Where it is of use.
        s3_hostname "s3_hostname": Option<String>,
    }

    /// A cluster for object storage.
    Cluster {
        /// Its number.
        cluster "OBJSTORECLUSTERID": u64,
        /// The number of its region.
        dcid "DCID": u64,
        /// The name of its region.
        location "location": String,
        /// Where it is reached.
        hostname "hostname": String,
        /// Whether it takes new subscriptions.
        deploy "deploy": bool,
    }

    /// A public key for new servers.
    SshKey {
        /// Which one.
        key "SSHKEYID": String,
        /// When it was added, where that is told.
        date_created "date_created": Option<Time>,
        /// Its name.
        name "name": String,
        /// The key itself.
        ssh_key "ssh_key": String,
    }

    /// A public key that was just added.
    NewSshKey {
        /// Which one.
        key "SSHKEYID": String,
    }

    /// A script for new servers.
    StartupScript {
        /// Its number.
        script_id "SCRIPTID": u64,
        /// When it was added.
        date_created "date_created": Time,
        /// When it was last changed.
        date_modified "date_modified": Time,
        /// Its name.
        name "name": String,
        /// `boot` or `pxe`.
        kind "type": String,
        /// The script itself, as plain text.
        script "script": String,
    }

    /// A script that was just added.
    NewScript {
        /// Its number.
        script_id "SCRIPTID": u64,
    }
}
