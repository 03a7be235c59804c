"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const state = byId("state"), list = byId("incidents"), quiet = byId("quiet"), news = byId("news"), place = byId("chart");
  const KEPT = 600, TEN = 10, STALE = 15;
  const number = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const seconds = new Map();
  const waiting = new Map();
  let chart = null, dirty = false;

  // People and bots.
  const columns = () => {
    const times = [...seconds.keys()].sort((one, other) => one - other).slice(-KEPT);
    return [times, times.map((at) => seconds.get(at)[0]), times.map((at) => seconds.get(at)[1])];
  };
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const size = () => ({ width: Math.max(200, place.clientWidth), height: place.clientHeight });
  const build = () => {
    if (!window.uPlot) return;
    if (chart) chart.destroy();
    const axis = { stroke: colour("--muted"), font: "12px Inter, system-ui, sans-serif", grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
    const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: place.dataset.zone || undefined });
    chart = new uPlot({
      ...size(),
      padding: [8, 28, 0, 0],
      cursor: { show: false },
      legend: { show: false },
      scales: { y: { range: (_plot, _low, high) => [0, Math.max(5, high * 1.1)] } },
      axes: [
        { ...axis, grid: { show: false }, size: 30, space: 110, values: (_plot, ticks) => ticks.map((at) => clock.format(at * 1000)) },
        { ...axis, size: 48 },
      ],
      series: [
        {},
        { label: "People", stroke: colour("--accent"), width: 2, fill: colour("--soft"), points: { show: false } },
        { label: "Bots", stroke: colour("--bad"), width: 2, dash: [6, 4], points: { show: false } },
      ],
    }, columns(), place);
  };
  const draw = () => {
    dirty = false;
    const [times, people, bots] = columns();
    if (chart) chart.setData([times, people, bots]);
    const mean = (values) => number.format(values.slice(-TEN).reduce((sum, value) => sum + value, 0) / Math.max(1, Math.min(TEN, values.length)));
    if (times.length) {
      byId("people").textContent = mean(people);
      byId("bots").textContent = mean(bots);
    }
    const behind = times.length ? Date.now() / 1000 - times[times.length - 1] : Infinity;
    say(behind < STALE ? "on" : "", behind < STALE ? "Live" : "Connected, but nobody watches: footfall serve");
  };
  const say = (kind, text) => {
    if (state.className !== `state ${kind}`) state.className = `state ${kind}`;
    if (state.textContent !== text) state.textContent = text;
  };

  // Incidents.
  const busy = (card) => card.contains(document.activeElement) && document.activeElement.closest("form") || card.querySelector(".act[open]");
  const put = ({ id, html }) => {
    const known = byId(`incident-${id}`);
    if (known && busy(known)) {
      waiting.set(id, html);
      return;
    }
    waiting.delete(id);
    if (!html) {
      if (known) known.remove();
    } else {
      const box = document.createElement("template");
      box.innerHTML = html;
      const card = box.content.querySelector("article");
      if (known) {
        const open = [...known.querySelectorAll(":scope > details")].map((part) => part.open);
        card.querySelectorAll(":scope > details").forEach((part, index) => { part.open = Boolean(open[index]); });
        known.replaceWith(card);
      } else {
        card.classList.add("fresh");
        list.prepend(card);
        news.textContent = `New: ${card.querySelector("h3").textContent}. ${card.querySelector(".headline").textContent}`;
      }
    }
    quiet.hidden = list.querySelector("article") !== null;
  };
  document.addEventListener("focusout", () => setTimeout(() => waiting.forEach((html, id) => put({ id, html })), 200));
  document.addEventListener("toggle", () => setTimeout(() => waiting.forEach((html, id) => put({ id, html })), 200), true);
  const count = (open) => {
    byId("attacks").textContent = open.toLocaleString("en");
    const link = document.querySelector("nav a[aria-current]");
    let badge = link && link.querySelector(".badge");
    if (badge && !open) badge.remove();
    if (!link || !open) return;
    if (!badge) {
      badge = document.createElement("b");
      badge.className = "badge";
      link.append(badge);
    }
    badge.textContent = open;
    badge.setAttribute("aria-label", `${open} open`);
  };

  // The stream. A browser holds six to a host, so that pages nobody looks at let go of theirs.
  let source = null, since = state.dataset.since, leave = 0;
  const listen = () => {
    source = new EventSource(`/live/stream?since=${since}`);
    source.addEventListener("pulse", (message) => {
      for (const [at, people, bots] of JSON.parse(message.data)) seconds.set(at, [people, bots]);
      for (const at of [...seconds.keys()].sort((one, other) => one - other).slice(0, -KEPT)) seconds.delete(at);
      if (!dirty) {
        dirty = true;
        requestAnimationFrame(draw);
      }
    });
    source.addEventListener("incident", (message) => {
      since = message.lastEventId;
      put(JSON.parse(message.data));
    });
    source.addEventListener("attacks", (message) => count(JSON.parse(message.data)));
    source.addEventListener("error", () => {
      say("off", "The connection is lost; trying again");
      if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 5000);
    });
  };
  document.addEventListener("visibilitychange", () => {
    clearTimeout(leave);
    if (document.hidden) leave = setTimeout(() => { source.close(); source = null; }, 60000);
    else if (!source) listen();
  });

  listen();
  build();
  new ResizeObserver(() => chart && chart.setSize(size())).observe(place);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", build);
})();
