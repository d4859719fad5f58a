"""The answer about a usage point, gathered across rooms."""

from gateway.billing.home import Home
from gateway.billing.notices import notices as billing_notices
from gateway.kit import paris
from gateway.metering import freshness, history
from gateway.metering import repository as archive
from gateway.metering.meters import Meter
from gateway.metering.schemas import History, Hole
from gateway.runtime import Runtime
from gateway.tariffs.repository import load_price_book
from gateway.usage_point_summary.schemas import Freshness, PointConsent, UsagePointView
from gateway.usage_points import service
from gateway.usage_points.models import UsagePoint
from gateway.usage_points.notices import notices
from gateway.usage_points.schemas import Contract


async def summarize(runtime: Runtime, point: UsagePoint) -> UsagePointView:
    """Show a meter."""
    now = runtime.clock.now()
    async with runtime.database.read() as session:
        opened = await service.open_secrets(session, point, runtime.keyring)
        meter = Meter.of(point, opened, now)
        complete_until = await archive.complete_until(session, meter.main(meter.first_direction))
        progress = await history.progress(session, meter, paris.day_of(now))
        holes = await freshness.holes(session, meter, now)
        home = Home(point, opened, await load_price_book(session))
    return UsagePointView(
        id=point.id,
        masked_number=service.masked(opened.prm),
        name=point.name,
        position=point.position,
        hidden=point.hidden,
        consent=PointConsent(
            status=point.status,
            expires_at=paris.midnight(point.consent_expires_on) if point.consent_expires_on else None,
            ended_at=point.ended_at,
        ),
        contract=Contract.model_validate(point.contract),
        services=point.services,
        curve_collected=service.collects_curve(point),
        tariffs=home.tariffs,
        off_peak=home.off_peak,
        freshness=Freshness(
            complete_until=complete_until,
            late_at=freshness.late_at(complete_until, point.created_at),
            next_expected_at=max(point.next_work_at, now),
        ),
        history=History.of(progress, point.history_at),
        holes=[Hole.model_validate(hole, from_attributes=True) for hole in holes],
        notices=[*notices(point, now), *billing_notices(home, now)],
    )
