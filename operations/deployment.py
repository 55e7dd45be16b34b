"""What of the deployed app a sweep and a look need to know."""

from darkroom.reconciliation.inspection import Places
from darkroom.reconciliation.repairs import RealRepairs
from darkroom.settings import comma_separated, days_or_never
from operations.connection import App


def places_of(app: App) -> Places:
    """Return where the app keeps everything, from its outputs."""
    return Places(
        originals_bucket=app.output("OriginalsBucket"),
        thumbnails_bucket=app.output("ThumbnailsBucket"),
        catalog_table=app.output("CatalogTable"),
        report_table=app.output("ReportTable"),
        facets=comma_separated(app.output("Facets")),
        report_shards=int(app.output("ReportShards")),
        thumbnails_days=days_or_never(app.output("ThumbnailsDays")),
    )


def repairs_of(app: App) -> RealRepairs:
    """Return what repairs the app, by its own queues."""
    s3, sns = app.client("s3"), app.client("sns")
    return RealRepairs(places_of(app), app.output("RepairsTopic"), sns, s3, app.dynamodb)
