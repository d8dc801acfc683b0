//! What the account has cost: invoices, their items, what is pending: `/v2/billing`.

use crate::{Money, Time, view, words};

operations! {
    "billing": "What the account has cost" {
        /// List what has changed the account's balance, the oldest first.
        "history" => ListBillingHistory(GET "/v2/billing/history" -> 200 { billing_history: [BillingEntry] }, needs Billing),
        /// List what this month has cost so far: a line for each time during which a thing cost the
        /// same, deleted things included.
        "pending-charges" => ListPendingCharges(GET "/v2/billing/pending-charges" -> 200 { pending_charges: [InvoiceItem], whole }, needs Billing),
        /// Get what this month has cost so far as CSV.
        "pending-charges-csv" => GetPendingChargesCsv(GET "/v2/billing/pending-charges/csv" -> 200 csv, needs Billing),
    }
    "invoice": "Invoices, one for each month" {
        /// List invoices, the oldest first.
        "list" => ListInvoices(GET "/v2/billing/invoices" -> 200 { billing_invoices: [Invoice] }, needs Billing),
        /// Get an invoice.
        "get" => GetInvoice(GET "/v2/billing/invoices/{invoice-id: u64}" -> 200 { billing_invoice: Invoice }, needs Billing),
        /// List what an invoice is for: a line for each time during which a thing cost the same.
        "items" => ListInvoiceItems(GET "/v2/billing/invoices/{invoice-id: u64}/items" -> 200 { invoice_items: [InvoiceItem] }, needs Billing),
    }
}

/// Something that changed the account's balance.
#[view]
pub struct BillingEntry {
    /// Its number: that of the invoice.
    pub id: u64,
    /// When it was.
    pub date: Time,
    /// What it was.
    #[wire(name = "type")]
    pub kind: BillingEntryType,
    /// The same in words.
    pub description: String,
    /// US dollars that it took; negative for what it gave.
    pub amount: Money,
    /// US dollars owed after it; negative for credit.
    pub balance: Money,
}

/// What changed the account's balance.
#[words]
pub enum BillingEntryType {
    /// An invoice.
    #[default]
    Invoice,
}

/// An invoice: what a month has cost.
#[view]
pub struct Invoice {
    /// Its number.
    pub id: u64,
    /// When it was written: the end of its month.
    pub date: Time,
    /// What it is.
    pub description: String,
    /// US dollars that the month has cost: what its items come to.
    pub amount: Money,
    /// US dollars owed after it.
    pub balance: Money,
}

/// A line of an invoice: a time during which a thing cost the same.
#[view]
pub struct InvoiceItem {
    /// What it was for, with the owner's name for it.
    pub description: String,
    /// What kind of thing that is.
    pub product: String,
    /// When the time began.
    pub start_date: Time,
    /// When it ended; of what goes on, now.
    pub end_date: Time,
    /// How many hours that are; one that has begun counts here, and is paid for by the second.
    pub units: u64,
    /// What is counted: `hours`.
    pub unit_type: String,
    /// US dollars for one of them.
    pub unit_price: Money,
    /// US dollars for all of them, which a month's price may bound.
    pub total: Money,
}
