cargo run --release
