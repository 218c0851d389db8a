"""What the integration tests share: nodes, clients, Redis, a browser, and waiting for them."""
