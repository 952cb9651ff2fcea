"""Where Pulumi's state lives: a bucket and a key of the customer's own, deployed once, before any environment."""
