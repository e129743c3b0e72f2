//! `/challenges/{challenge}`: holder challenges.

pub(super) mod answer;

use super::{ApiError, Shared, extract, statement};
