//! The account and its users, and what can be ordered: systems, applications, plans, regions.

use api::{Money, Secret, Time};

use crate::v1::define::answers;

answers! {
    /// What the account owes and has paid.
    Account {
        /// What it owes; below zero: what it has.
        balance "balance": Money,
        /// What this month has cost so far.
        pending_charges "pending_charges": Money,
        /// When it was last paid, if ever.
        last_payment_date "last_payment_date": Option<Time>,
        /// How much was paid then, written below zero.
        last_payment_amount "last_payment_amount": Money,
    }

    /// Whose a key is.
    KeyOwner {
        /// What the key may do.
        acls "acls": Vec<String>,
        /// The address of its user.
        email "email": String,
        /// The name of its user.
        name "name": String,
    }

    /// A user of the account.
    User {
        /// Which one.
        user "USERID": String,
        /// The name.
        name "name": String,
        /// The address to log in with.
        email "email": String,
        /// Whether the key works.
        api_enabled "api_enabled": bool,
        /// What the user may do.
        acls "acls": Vec<String>,
    }

    /// A user that was just made.
    NewUser {
        /// Which one.
        user "USERID": String,
        /// The key, which is told only now.
        api_key "api_key": Secret,
    }

    /// An application that can be installed.
    App {
        /// Its number.
        app "APPID": u64,
        /// Its name.
        name "name": String,
        /// Its name as one word.
        short_name "short_name": String,
        /// Its name with the system below it.
        deploy_name "deploy_name": String,
        /// What it adds to the price; nothing, in the end.
        surcharge "surcharge": Option<Money>,
    }

    /// An operating system.
    Os {
        /// Its number.
        os "OSID": u64,
        /// Its name.
        name "name": String,
        /// `x64` or `i386`.
        arch "arch": String,
        /// The word for all of its kind: `debian`.
        family "family": String,
        /// Whether it comes with a licence that adds to the price.
        windows "windows": bool,
        /// What it adds to the price: told where a system is changed to another.
        surcharge "surcharge": Option<Money>,
    }

    /// A plan for servers.
    Plan {
        /// Its number.
        plan "VPSPLANID": u64,
        /// Its name.
        name "name": String,
        /// Processors.
        vcpu_count "vcpu_count": u64,
        /// Memory, in megabytes.
        ram "ram": u64,
        /// Disk, in gigabytes.
        disk "disk": u64,
        /// Traffic in a month, in terabytes.
        bandwidth "bandwidth": f64,
        /// Traffic in a month, in gigabytes.
        bandwidth_gb "bandwidth_gb": Option<f64>,
        /// The price of a month.
        price_per_month "price_per_month": Money,
        /// Not in use.
        windows "windows": Option<bool>,
        /// `SSD`, `SATA`, `DEDICATED` or `HIGHFREQUENCY`.
        plan_type "plan_type": Option<String>,
        /// The regions that have it.
        available_locations "available_locations": Option<Vec<u64>>,
        /// Whether it is going to be withdrawn.
        deprecated "deprecated": Option<bool>,
    }

    /// A plan for bare metal.
    MetalPlan {
        /// Its number.
        plan "METALPLANID": u64,
        /// Its name.
        name "name": String,
        /// Processors.
        cpu_count "cpu_count": u64,
        /// Which processor.
        cpu_model "cpu_model": Option<String>,
        /// Memory, in megabytes.
        ram "ram": u64,
        /// The disks, in words: `2x 240 GB SSD`.
        disk "disk": String,
        /// Traffic in a month, in terabytes.
        bandwidth_tb "bandwidth_tb": f64,
        /// The price of a month.
        price_per_month "price_per_month": Money,
        /// The kind of disk: `SSD`.
        plan_type "plan_type": String,
        /// Whether it is going to be withdrawn.
        deprecated "deprecated": Option<bool>,
        /// The regions that have it.
        available_locations "available_locations": Option<Vec<u64>>,
    }

    /// A region.
    Region {
        /// Its number.
        dcid "DCID": u64,
        /// Its name.
        name "name": String,
        /// The country's two letters.
        country "country": String,
        /// The continent.
        continent "continent": String,
        /// The state's letters; empty outside the United States.
        state "state": String,
        /// Whether servers there can be protected against floods.
        ddos_protection "ddos_protection": Option<bool>,
        /// Whether there is block storage.
        block_storage "block_storage": Option<bool>,
        /// Its letters: `EWR`.
        code "regioncode": Option<String>,
        /// The plans in stock, if they were asked for.
        availability "availability": Option<Vec<u64>>,
    }
}
