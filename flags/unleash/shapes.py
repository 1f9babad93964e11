"""Unleash's answers and bodies, for the OpenAPI document only."""

from __future__ import annotations

from rest_framework import serializers

from releases.api.shapes import Shape, anything, text


class Features(Shape):
    version = serializers.IntegerField()
    features = anything(help_text="Features with strategies, variants and dependencies, as Unleash's SDKs read them.")
    segments = anything(help_text="Empty for SDKs that know none.")
    query = anything()


class UnleashPayload(Shape):
    type = text(help_text="string, number, json, csv")
    value = text(allow_blank=True)


class UnleashVariant(Shape):
    name = text(help_text="`disabled` for a boolean flag, which has no variants there.")
    enabled = serializers.BooleanField()
    feature_enabled = serializers.BooleanField()
    featureEnabled = serializers.BooleanField()
    payload = UnleashPayload(required=False)


class Toggle(Shape):
    name = text()
    enabled = serializers.BooleanField()
    variant = UnleashVariant()
    impressionData = serializers.BooleanField()


class Toggles(Shape):
    toggles = Toggle(many=True, help_text="What is on; everything else is off.")
