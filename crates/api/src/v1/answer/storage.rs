//! What keeps data: volumes, snapshots, backups, ISOs, object storage; and keys and scripts for new
//! machines.

use crate::v1::define::answers;
use crate::{Money, Secret, Time};

answers! {
    /// A volume of block storage.
    Block {
        subid: u64, "Its number.";
        date_created: Time, "When it was ordered.";
        cost_per_month: Money, "The price of a month.";
        status: String, "`pending` or `active`.";
        size_gb: u64, "Its size, in gigabytes.";
        dcid: u64, "The number of its region.";
        server "attached_to_SUBID": Option<u64>, "The server that it is attached to.";
        label: String, "Its label.";
    }

    /// A snapshot.
    Snapshot {
        snapshot "SNAPSHOTID": String, "Which one.";
        date_created: Time, "When it was made.";
        description: String, "What it is said to be.";
        size: u64, "Its size, in bytes.";
        status: String, "`pending` or `complete`.";
        os "OSID": Option<u64>, "The number of its system.";
        app "APPID": Option<u64>, "The number of its application; 0: none.";
    }

    /// A snapshot that is being made.
    NewSnapshot {
        snapshot "SNAPSHOTID": String, "Which one.";
        v2_id: Option<String>, "The same in v2.";
    }

    /// A backup.
    Backup {
        backup "BACKUPID": String, "Which one.";
        date_created: Time, "When it was made.";
        description: String, "What it is said to be.";
        size: u64, "Its size, in bytes.";
        status: String, "`pending` or `complete`.";
    }

    /// An ISO of the account.
    Iso {
        iso "ISOID": u64, "Its number.";
        date_created: Time, "When it was added.";
        filename: String, "The name of its file.";
        size: Option<u64>, "Its size, in bytes.";
        md5sum: Option<String>, "What its content sums up to; empty until it is there.";
        sha512sum: Option<String>, "The same with more bits.";
        status: Option<String>, "`pending` or `complete`.";
    }

    /// An ISO of everybody's.
    PublicIso {
        iso "ISOID": u64, "Its number.";
        name: String, "Its name.";
        description: String, "Which version of it.";
    }

    /// An ISO that is being fetched.
    NewIso {
        iso "ISOID": u64, "Its number.";
    }

    /// A subscription of object storage.
    ObjectStorage {
        subid: u64, "Its number.";
        date_created: Time, "When it was ordered.";
        cluster "OBJSTORECLUSTERID": u64, "The number of its cluster.";
        dcid: u64, "The number of its region.";
        location: String, "The name of its region.";
        label: String, "Its label.";
        status: String, "`pending` or `active`.";
        s3_hostname: Option<String>, "Where it is reached, if the keys were asked for.";
        s3_access_key: Option<String>, "The name of its key.";
        s3_secret_key: Option<Secret>, "The secret of its key.";
    }

    /// Keys of object storage that were just made.
    S3Keys {
        s3_access_key: String, "The name of the key.";
        s3_secret_key: Secret, "Its secret.";
        s3_hostname: Option<String>, "Where it is of use.";
    }

    /// A cluster for object storage.
    Cluster {
        cluster "OBJSTORECLUSTERID": u64, "Its number.";
        dcid: u64, "The number of its region.";
        location: String, "The name of its region.";
        hostname: String, "Where it is reached.";
        deploy: bool, "Whether it takes new subscriptions.";
    }

    /// A public key for new servers.
    SshKey {
        key "SSHKEYID": String, "Which one.";
        date_created: Option<Time>, "When it was added, where that is told.";
        name: String, "Its name.";
        ssh_key: String, "The key itself.";
    }

    /// A public key that was just added.
    NewSshKey {
        key "SSHKEYID": String, "Which one.";
    }

    /// A script for new servers.
    StartupScript {
        script_id "SCRIPTID": u64, "Its number.";
        date_created: Time, "When it was added.";
        date_modified: Time, "When it was last changed.";
        name: String, "Its name.";
        kind "type": String, "`boot` or `pxe`.";
        script: String, "The script itself, as plain text.";
    }

    /// A script that was just added.
    NewScript {
        script_id "SCRIPTID": u64, "Its number.";
    }
}
