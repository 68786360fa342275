//! The shop before a contract that says what each test wants.

mod shop {
    mod forms;
    mod harness;
    mod kept;
    mod search;
    mod sessions;
}
