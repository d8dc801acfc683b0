//! What the account has cost. Made by `cargo xtask families`.

use api::billing::*;

use crate::Client;
use crate::call::{Call, Optional};

/// What the account has cost: see [`Client::billing`].
#[derive(Debug, Clone, Copy)]
pub struct Billing<'a>(&'a Client);

impl Client {
    /// What the account has cost.
    pub fn billing(&self) -> Billing<'_> {
        Billing(self)
    }
}

impl<'a> Billing<'a> {
    /// List what has changed the account's balance, the oldest first.
    pub fn history(self) -> Call<'a, ListBillingHistory> {
        Call::new(self.0, ListBillingHistory::default())
    }

    /// List what this month has cost so far: a line for each time during which a thing cost the
    /// same, deleted things included.
    pub fn pending_charges(self) -> Call<'a, ListPendingCharges> {
        Call::new(self.0, ListPendingCharges::default())
    }

    /// Get what this month has cost so far as CSV.
    pub fn pending_charges_csv(self) -> Call<'a, GetPendingChargesCsv> {
        Call::new(self.0, GetPendingChargesCsv::default())
    }
}

/// Invoices, one for each month: see [`Client::invoices`].
#[derive(Debug, Clone, Copy)]
pub struct Invoices<'a>(&'a Client);

impl Client {
    /// Invoices, one for each month.
    pub fn invoices(&self) -> Invoices<'_> {
        Invoices(self)
    }
}

impl<'a> Invoices<'a> {
    /// List invoices, the oldest first.
    pub fn list(self) -> Call<'a, ListInvoices> {
        Call::new(self.0, ListInvoices::default())
    }

    /// Get an invoice.
    pub fn get(self, request: impl Into<GetInvoice>) -> Call<'a, GetInvoice> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetInvoice>) -> Optional<'a, GetInvoice> {
        self.get(request).opt()
    }

    /// List what an invoice is for: a line for each time during which a thing cost the same.
    pub fn items(self, request: impl Into<ListInvoiceItems>) -> Call<'a, ListInvoiceItems> {
        Call::new(self.0, request)
    }
}
