"""What several kinds of tests share: real servers, and a client that speaks to them."""
