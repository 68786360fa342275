//! The documentation as readers get it.

mod documents {
    mod answers;
    mod harness;
    mod pages;
    mod search;
}
