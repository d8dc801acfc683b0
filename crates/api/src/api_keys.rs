//! Not written yet.

use crate::operations;

operations! {}
