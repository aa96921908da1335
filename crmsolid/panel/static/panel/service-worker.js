// Shows notifications that were pushed (messaging/alerts/push.py), and opens what they are about. It keeps no pages.
"use strict";

const panelTabs = () => self.clients.matchAll({ type: "window", includeUncontrolled: true });

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  const { title, body, url, tag } = event.data ? event.data.json() : { title: "CRM Solid", body: "", url: "/panel/", tag: "" };
  const show = async () => {
    // A page that is seen has said it already.
    const isSeen = tag !== "test" && (await panelTabs()).some((tab) => tab.visibilityState === "visible");
    if (!isSeen) await self.registration.showNotification(title, { body, tag, renotify: Boolean(tag), icon: "/static/panel/icon-192.png", data: { url } });
  };
  event.waitUntil(show());
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(event.notification.data.url, self.location.origin).href;
  const open = async () => {
    // An inbox that is open goes there, and keeps what was being written.
    const inbox = (await panelTabs()).find((tab) => new URL(tab.url).pathname.includes("/inbox/"));
    const shown = inbox && (await inbox.navigate(url).catch(() => null));
    return shown ? shown.focus() : self.clients.openWindow(url);
  };
  event.waitUntil(open());
});
