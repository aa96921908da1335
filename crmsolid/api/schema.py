from drf_spectacular.openapi import AutoSchema


class V1Schema(AutoSchema):
    pass
