from __future__ import annotations

from django.urls import path

from releases.api import applications, clients, drafts, health, ledger, objects, public, schema

urlpatterns = [
    path("meta/release", public.MetaReleaseView.as_view(), name="meta-release"),
    path("api/config", public.ConfigView.as_view(), name="config"),
    path("api/config/published", public.PublishedConfigView.as_view(), name="published-config"),
    path("api/config/draft", drafts.DraftView.as_view(), name="draft"),
    path("api/config/draft/rename", drafts.RenameView.as_view(), name="draft-rename"),
    path("api/config/draft/revert", drafts.RevertView.as_view(), name="draft-revert"),
    path("api/config/draft/history", drafts.DraftHistoryView.as_view(), name="draft-history"),
    path("api/config/draft/<str:section>/<str:name>", objects.ObjectView.as_view(), name="draft-object"),
    path("api/config/preview", drafts.PreviewView.as_view(), name="preview"),
    path("api/config/preview/withdraw", drafts.WithdrawView.as_view(), name="preview-withdraw"),
    path("api/config/preview/links", drafts.LinksView.as_view(), name="preview-links"),
    path("api/config/preview/links/<int:pk>/revoke", drafts.RevokeLinkView.as_view(), name="preview-link-revoke"),
    path("api/config/publish", ledger.PublishView.as_view(), name="publish"),
    path("api/config/rollback", ledger.RollbackView.as_view(), name="rollback"),
    path("api/applications", applications.ApplicationsView.as_view(), name="applications"),
    path("api/applications/<str:key>", applications.ApplicationView.as_view(), name="application"),
    path("api/applications/<str:key>/schema", applications.ExtraSchemaView.as_view(), name="extra-schema"),
    path("api/config/versions", ledger.VersionsView.as_view(), name="versions"),
    path("api/config/versions/<str:version>", ledger.VersionView.as_view(), name="version"),
    path("api/config/diff", ledger.DiffView.as_view(), name="diff"),
    path("api/releases", ledger.ReleasesView.as_view(), name="releases"),
    path("api/releases/undo", ledger.UndoView.as_view(), name="undo"),
    path("api/releases/<int:serial>", ledger.ReleaseView.as_view(), name="release"),
    path("api/registry", ledger.RegistryView.as_view(), name="registry"),
    path("api/policy", ledger.PolicyView.as_view(), name="policy"),
    path("api/clients", clients.ClientsView.as_view(), name="clients"),
    path("livez", health.LivezView.as_view(), name="livez"),
    path("readyz", health.ReadyzView.as_view(), name="readyz"),
    path("metrics", health.MetricsView.as_view(), name="metrics"),
    path("api/schema", schema.SchemaView.as_view(), name="schema"),
]
