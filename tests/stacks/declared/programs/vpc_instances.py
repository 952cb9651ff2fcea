"""A VPC with instances, as the public examples have it, in a component: subnets, a group open to SSH, a script."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws


class Network(pulumi.ComponentResource):
    def __init__(self, name: str) -> None:
        super().__init__("examples:network:Network", name)
        here = pulumi.ResourceOptions(parent=self)
        self.vpc = aws.ec2.Vpc(name, cidr_block="10.0.0.0/16", enable_dns_hostnames=True, opts=here)
        gateway = aws.ec2.InternetGateway(name, vpc_id=self.vpc.id, opts=here)
        table = aws.ec2.RouteTable(
            name, vpc_id=self.vpc.id, routes=[{"cidr_block": "0.0.0.0/0", "gateway_id": gateway.id}], opts=here
        )
        self.subnets = []
        for number in range(2):
            subnet = aws.ec2.Subnet(
                f"{name}-{number}",
                vpc_id=self.vpc.id,
                cidr_block=f"10.0.{number}.0/24",
                map_public_ip_on_launch=True,
                opts=here,
            )
            aws.ec2.RouteTableAssociation(f"{name}-{number}", subnet_id=subnet.id, route_table_id=table.id, opts=here)
            self.subnets.append(subnet)
        self.register_outputs({})


def main() -> None:
    network = Network("web")
    group = aws.ec2.SecurityGroup(
        "web",
        vpc_id=network.vpc.id,
        ingress=[
            {"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": ["0.0.0.0/0"]},
            {"protocol": "tcp", "from_port": 80, "to_port": 80, "cidr_blocks": ["0.0.0.0/0"]},
        ],
        egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
    )
    for number, subnet in enumerate(network.subnets):
        aws.ec2.Instance(
            f"web-{number}",
            ami="ami-0123456789abcdef0",
            instance_type="t3.micro",
            subnet_id=subnet.id,
            vpc_security_group_ids=[group.id],
            user_data="#!/bin/bash\nexport DB_PASSWORD=hunter2hunter2\npython3 -m http.server 80\n",
            root_block_device={"volume_size": 10, "encrypted": False},
            tags={"Name": f"web-{number}"},
        )
