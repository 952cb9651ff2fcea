"""The repository of the account's own registry that the console's image is mirrored to: pulled within the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from components.image_names import console_repository

if TYPE_CHECKING:
    from components.layout import Names


class ImageMirror(pulumi.ComponentResource):
    """A repository whose tags cannot be moved and whose images are scanned when they are pushed."""

    url: pulumi.Output[str]

    def __init__(
        self, name: str, names: Names, opts: pulumi.ResourceOptions | None = None, *, protect: bool = False
    ) -> None:
        super().__init__("byoc:aws:ImageMirror", name, None, opts)
        repository = aws.ecr.Repository(
            name,
            name=console_repository(names),
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration={"scan_on_push": True},
            force_delete=not protect,
            opts=pulumi.ResourceOptions(parent=self, protect=protect),
        )
        self.url = repository.repository_url
        self.register_outputs({"url": self.url})
