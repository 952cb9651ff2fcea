"""The organisation's control policies of an environment's account: deployed from the management account, if at all."""
