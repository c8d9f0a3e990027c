"""The files of npm packages that our pages load; set-up copies these and no others.

They land in ``static/vendor/<package>/<file>`` and are never committed.
"""

from __future__ import annotations

#: Tabler's outline icons that stand in our pages, by the names they have there.
ICONS = tuple(  # noqa: SIM905  one name a line would fill a screen
    """
    adjustments alert-octagon alert-triangle arrow-back-up arrow-down arrow-right arrow-up
    arrows-exchange ban bell building building-factory-2 calendar calendar-due camera chart-bar
    check chevron-down chevron-left chevron-right circle-check circle-dashed circle-dot circle-x
    clock columns contrast copy database device-desktop device-mobile dots download external-link
    eye file-spreadsheet file-text filter flag gavel git-merge help-circle history home inbox
    info-circle key language layout-dashboard layout-sidebar link list-check lock login logout
    map map-pin menu-2 message minus moon paperclip pencil photo player-pause plus printer
    refresh report rotate search selector send settings shield-check sitemap stairs-up sun table
    text-size trash trending-up upload user users writing-sign x
    """.split()
)

FILES: dict[str, list[str]] = {
    "htmx.org": ["dist/htmx.min.js", "LICENSE"],
    "echarts": ["dist/echarts.common.min.js", "LICENSE"],
    "@tabler/icons": ["LICENSE", *(f"icons/outline/{name}.svg" for name in ICONS)],
}
