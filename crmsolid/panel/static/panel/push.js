// Settings > Alerts: turns on the notifications of this browser, which its service worker shows (service-worker.js).
"use strict";

(async () => {
  const own = document.querySelector("#push");
  const state = own.querySelector("#push-state");
  const form = own.querySelector("#push-form");
  const button = form.querySelector("button");
  const isThisListed = own.querySelector("[data-this]");
  const say = (words, isReady = false) => {
    state.textContent = words;
    button.hidden = !isReady;
  };
  const isApple = /iPhone|iPad/.test(navigator.userAgent);
  if (!window.isSecureContext) return say("Notifications work only where the panel is opened with https.");
  if (!("serviceWorker" in navigator && "PushManager" in window)) {
    return say(isApple ? "Add this page to the Home Screen first (Share, Add to Home Screen), and open it from there." : "This browser has no notifications.");
  }
  const DENIED = "This browser refuses notifications of this site. Allow them in the settings of the site, beside its address, and reload the page.";
  if (Notification.permission === "denied") return say(DENIED);
  const known = await navigator.serviceWorker.getRegistration(own.dataset.worker);
  const isOn = isThisListed && (await known?.pushManager.getSubscription());
  if (isOn) return say("Notifications are on, also while no page of the panel is open. They end when you log out.");
  say("You are told of new messages also while no page of the panel is open. The browser asks you first.", true);

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      if ((await Notification.requestPermission()) !== "granted") return say(DENIED);
      await navigator.serviceWorker.register(own.dataset.worker);
      const { pushManager } = await navigator.serviceWorker.ready;
      const options = { userVisibleOnly: true, applicationServerKey: own.dataset.key };
      // One of another key, as of a product that was set up anew, cannot be used.
      const subscription = await pushManager.subscribe(options).catch(async () => {
        await (await pushManager.getSubscription())?.unsubscribe();
        return pushManager.subscribe(options);
      });
      form.elements.subscription.value = JSON.stringify(subscription);
      form.submit();
    } catch {
      say("The browser could not reach its service for notifications. Try again later.", true);
    } finally {
      button.disabled = false;
    }
  });
})();
