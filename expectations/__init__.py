"""What a report must be: the statutory forms as data, the rules, and the Great Expectations suites made from them."""
