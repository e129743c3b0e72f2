//! `/challenges/{challenge}`.

mod answer;
