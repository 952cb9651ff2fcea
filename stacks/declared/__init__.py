"""What a Pulumi program declares, without Pulumi: read from a preview, an export or a rehearsal, told as Terraform."""
