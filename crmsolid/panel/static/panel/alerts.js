// Tells the member on every page of the panel what waits for them: at Inbox and You in the rail, in the title, by a toast
// and a sound, and by a notification of the browser while no page is seen. One tab listens for all tabs of the browser.
"use strict";

(() => {
  const own = document.querySelector("#alerts");
  if (!own) return;
  const { stream, member, workspace } = own.dataset;
  const name = `alerts:${member}:${workspace}`;
  const TOLD = `alerts:${member}`; // until when everything has been told, in all tabs
  const inbox = document.querySelector("#inbox");
  const channel = "BroadcastChannel" in window ? new BroadcastChannel(name) : null;
  let latest = null;

  // --- What is shown ----------------------------------------------------------------------------------------------
  function show(state) {
    latest = state;
    for (const each of document.querySelectorAll("[data-approvals]")) each.textContent = state.approvals;
    document.dispatchEvent(new CustomEvent("alerts-told", { detail: state }));
    const waiting = document.querySelector("#waiting");
    waiting.textContent = state.waiting;
    if (state.waiting) waiting.append(Object.assign(document.createElement("span"), { className: "cs-hidden", textContent: " wait" }));
    document.title = document.title.replace(/^(\[TEST\] )?(\(\S+\) )?/, (_, test = "") => test + (state.waiting ? `(${state.waiting}) ` : ""));
    for (const each of document.querySelectorAll("[data-alerts]")) each.dataset.alerts = state.count || "";
    for (const each of document.querySelectorAll("[data-alerts-text]")) each.textContent = state.count ? `${state.count} not seen` : "";
    const newest = Math.max(0, ...state.alerts.map((each) => each.at));
    if (localStorage.getItem(TOLD) === null) localStorage.setItem(TOLD, newest); // what was there before this browser
    const isOpen = ({ thread }) => !document.hidden && inbox && inbox.dataset.thread === thread;
    const fresh = state.alerts.filter((each) => each.is_new && each.at > told() && !isOpen(each));
    if (!document.hidden) tell(state, fresh, newest);
    // Another tab that is seen tells it now. If there is none, nobody sees the panel.
    else if (source) setTimeout(() => tell(state, fresh.filter((each) => each.at > told()), newest), 400);
  }
  const told = () => Number(localStorage.getItem(TOLD));
  function tell(state, fresh, newest) {
    if (newest > told()) localStorage.setItem(TOLD, newest);
    if (!fresh.length || state.quiet) return;
    if (document.hidden) notify(fresh);
    else for (const each of fresh) if (!inbox || each.kind !== "message") toast(each);
    if (state.sound) play();
  }
  function toast({ title, text, url }) {
    const toasts = document.querySelector("#toasts");
    const line = document.createElement("p");
    line.dir = "auto";
    line.append(Object.assign(document.createElement("strong"), { textContent: title }), ` ${text}`);
    const link = Object.assign(document.createElement("a"), { className: "cs-button is-small", href: url, textContent: "Open" });
    const box = Object.assign(document.createElement("div"), { className: "cs-toast" });
    box.append(line, link);
    toasts?.append(box);
  }
  async function notify(fresh) {
    if (!("Notification" in window) || Notification.permission !== "granted") return;
    const registration = await navigator.serviceWorker?.getRegistration();
    if (await registration?.pushManager?.getSubscription()) return; // it is pushed
    for (const { title, text, url, thread } of fresh.slice(0, 3)) {
      const options = { body: text, tag: thread || url, data: { url } };
      if (registration) registration.showNotification(title, options);
      else new Notification(title, options).onclick = () => { window.focus(); location.assign(url); };
    }
  }
  // Two short tones. Before somebody has used the page, browsers let none sound.
  function play() {
    if (navigator.userActivation && !navigator.userActivation.hasBeenActive) return;
    const context = new AudioContext();
    for (const [pitch, at] of [[660, 0], [880, 0.12]]) {
      const tone = new OscillatorNode(context, { frequency: pitch });
      const volume = new GainNode(context, { gain: 0 });
      volume.gain.setTargetAtTime(0.12, context.currentTime + at, 0.01);
      volume.gain.setTargetAtTime(0, context.currentTime + at + 0.1, 0.05);
      tone.connect(volume).connect(context.destination);
      tone.start(context.currentTime + at);
      tone.stop(context.currentTime + at + 0.5);
      tone.onended = () => at && context.close();
    }
    own.dataset.sounded = Number(own.dataset.sounded || 0) + 1;
  }

  // --- The stream, which the tab that holds the lock has for all ------------------------------------------------------
  let source = null;
  let release = null;
  let waits = null;
  function listen() {
    source = new EventSource(stream);
    source.addEventListener("alerts", ({ data }) => {
      const state = JSON.parse(data);
      channel?.postMessage(state);
      show(state);
      own.dataset.connected = "yes";
    });
    source.onerror = () => {
      if (source?.readyState !== EventSource.CLOSED) return;
      // Refused, maybe by a server that restarts.
      source = null;
      setTimeout(() => release && !source && listen(), 30000);
    };
  }
  channel?.addEventListener("message", ({ data }) => {
    if (data !== "ask") show(data);
    else if (source && latest) channel.postMessage(latest);
  });
  function open() {
    if (release || waits) return;
    channel?.postMessage("ask");
    if (!navigator.locks) { // pages without https: each that is seen has a stream
      release = () => {};
      if (!document.hidden) listen();
      return;
    }
    waits = new AbortController();
    const hold = () => new Promise((resolve) => {
      release = resolve;
      listen();
    });
    navigator.locks.request(name, { signal: waits.signal }, hold).catch(() => {});
  }
  function close() {
    source?.close();
    release?.();
    if (!release) waits?.abort();
    source = release = waits = null;
  }
  open();
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", open);
  if (!navigator.locks) document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
})();
