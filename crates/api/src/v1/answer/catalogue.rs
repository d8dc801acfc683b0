//! The account and its users, and what can be ordered: systems, applications, plans, regions.

use crate::v1::define::answers;
use crate::{Money, Secret, Time};

answers! {
    /// What the account owes and has paid.
    Account {
        balance: Money, "What it owes; below zero: what it has.";
        pending_charges: Money, "What this month has cost so far.";
        last_payment_date: Option<Time>, "When it was last paid, if ever.";
        last_payment_amount: Money, "How much was paid then, written below zero.";
    }

    /// Whose a key is.
    KeyOwner {
        acls: Vec<String>, "What the key may do.";
        email: String, "The address of its user.";
        name: String, "The name of its user.";
    }

    /// A user of the account.
    User {
        user "USERID": String, "Which one.";
        name: String, "The name.";
        email: String, "The address to log in with.";
        api_enabled: bool, "Whether the key works.";
        acls: Vec<String>, "What the user may do.";
    }

    /// A user that was just made.
    NewUser {
        user "USERID": String, "Which one.";
        api_key: Secret, "The key, which is told only now.";
    }

    /// An application that can be installed.
    App {
        app "APPID": u64, "Its number.";
        name: String, "Its name.";
        short_name: String, "Its name as one word.";
        deploy_name: String, "Its name with the system below it.";
        surcharge: Option<Money>, "What it adds to the price; nothing, in the end.";
    }

    /// An operating system.
    Os {
        os "OSID": u64, "Its number.";
        name: String, "Its name.";
        arch: String, "`x64` or `i386`.";
        family: String, "The word for all of its kind: `debian`.";
        windows: bool, "Whether it comes with a licence that adds to the price.";
        surcharge: Option<Money>,
            "What it adds to the price: told where a system is changed to another.";
    }

    /// A plan for servers.
    Plan {
        plan "VPSPLANID": u64, "Its number.";
        name: String, "Its name.";
        vcpu_count: u64, "Processors.";
        ram: u64, "Memory, in megabytes.";
        disk: u64, "Disk, in gigabytes.";
        bandwidth: f64, "Traffic in a month, in terabytes.";
        bandwidth_gb: Option<f64>, "Traffic in a month, in gigabytes.";
        price_per_month: Money, "The price of a month.";
        windows: Option<bool>, "Not in use.";
        plan_type: Option<String>, "`SSD`, `SATA`, `DEDICATED` or `HIGHFREQUENCY`.";
        available_locations: Option<Vec<u64>>, "The regions that have it.";
        deprecated: Option<bool>, "Whether it is going to be withdrawn.";
    }

    /// A plan for bare metal.
    MetalPlan {
        plan "METALPLANID": u64, "Its number.";
        name: String, "Its name.";
        cpu_count: u64, "Processors.";
        cpu_model: Option<String>, "Which processor.";
        ram: u64, "Memory, in megabytes.";
        disk: String, "The disks, in words: `2x 240 GB SSD`.";
        bandwidth_tb: f64, "Traffic in a month, in terabytes.";
        price_per_month: Money, "The price of a month.";
        plan_type: String, "The kind of disk: `SSD`.";
        deprecated: Option<bool>, "Whether it is going to be withdrawn.";
        available_locations: Option<Vec<u64>>, "The regions that have it.";
    }

    /// A region.
    Region {
        dcid: u64, "Its number.";
        name: String, "Its name.";
        country: String, "The country's two letters.";
        continent: String, "The continent.";
        state: String, "The state's letters; empty outside the United States.";
        ddos_protection: Option<bool>, "Whether servers there can be protected against floods.";
        block_storage: Option<bool>, "Whether there is block storage.";
        code "regioncode": Option<String>, "Its letters: `EWR`.";
        availability: Option<Vec<u64>>, "The plans in stock, if they were asked for.";
    }
}
