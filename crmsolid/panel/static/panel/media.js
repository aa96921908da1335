// Pictures that open large, and the player of voice and round video messages. Loaded when one is first wanted.
// --- Pictures, large ------------------------------------------------------------------------------------------
const icons = document.querySelector("svg use").getAttribute("href").split("#")[0];
const icon = (name) => `<svg class="cs-icon" aria-hidden="true"><use href="${icons}#${name}"></use></svg>`;
const viewer = document.createElement("dialog");
viewer.id = "viewer";
viewer.className = "cs-viewer";
viewer.ariaLabel = "Picture";
viewer.innerHTML = `<figure><img alt=""></figure>
  <p class="cs-viewer-bar"><bdi class="cs-cut" data-name></bdi><span data-of></span><span class="cs-grow"></span><a class="cs-button is-small" download>${icon("download")} Download</a><button type="button" class="cs-button is-small is-icon" data-close title="Close (Esc)" aria-label="Close">${icon("x")}</button></p>
  <button type="button" class="cs-button is-icon cs-viewer-back" data-step="-1" title="Previous (left)" aria-label="Previous">${icon("chevron-left")}</button>
  <button type="button" class="cs-button is-icon cs-viewer-next" data-step="1" title="Next (right)" aria-label="Next">${icon("chevron-right")}</button>`;
document.body.append(viewer);
let album = [];
export function view(link) {
  album = [...link.closest("[data-album]").querySelectorAll("[data-view]")];
  show(album.indexOf(link));
  viewer.showModal();
}
function show(at) {
  viewer.dataset.at = at;
  const link = album[at];
  const image = viewer.querySelector("img");
  image.src = link.href;
  image.alt = link.dataset.name;
  viewer.querySelector("[data-name]").textContent = link.dataset.name;
  viewer.querySelector("[data-of]").textContent = album.length > 1 ? `${at + 1} of ${album.length}` : "";
  viewer.querySelector("a[download]").href = link.dataset.download;
  for (const button of viewer.querySelectorAll("[data-step]")) button.hidden = album.length < 2;
}
const step = (by) => show((Number(viewer.dataset.at) + by + album.length) % album.length);
viewer.addEventListener("click", (event) => {
  const button = event.target.closest("[data-step]");
  if (button) step(Number(button.dataset.step));
  else if (event.target === viewer || event.target.closest("[data-close]") || event.target.localName === "figure") viewer.close();
});
viewer.addEventListener("keydown", (event) => {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (by && album.length > 1) step(by);
});
viewer.addEventListener("close", () => viewer.querySelector("img").removeAttribute("src"));

// --- Voice messages -------------------------------------------------------------------------------------------
const time = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
const RATES = [1, 1.5, 2];
export function play(player, say) {
  const media = player.querySelector("audio, video");
  prepare(player, media);
  if (media.paused) media.play().catch(() => say("It cannot be played here. Download it instead."));
  else media.pause();
}
const prepared = new WeakSet();
function prepare(player, media) {
  media.controls = false;
  const wave = player.querySelector(".cs-wave");
  if (wave && !wave.querySelector("svg")) {
    const played = document.createElementNS(wave.namespaceURI, "svg");
    played.append(wave.querySelector("path").cloneNode());
    wave.append(played);
  }
  if (prepared.has(media)) return;
  prepared.add(media);
  const button = player.querySelector("[data-play]");
  const words = player.querySelector("[data-time]");
  const seek = player.querySelector("input");
  const follow = () => {
    if (seek && Number.isFinite(media.duration)) seek.value = Math.round((media.currentTime / media.duration) * 100);
    player.querySelector(".cs-wave svg")?.setAttribute("width", `${seek.value}%`);
    if (words) words.textContent = time(media.currentTime);
    seek?.setAttribute("aria-valuetext", time(media.currentTime));
  };
  const state = () => {
    player.toggleAttribute("data-playing", !media.paused);
    button.setAttribute("aria-label", `${media.paused ? "Play" : "Pause"} ${button.dataset.name}`);
  };
  media.addEventListener("timeupdate", follow);
  for (const name of ["play", "pause", "ended"]) media.addEventListener(name, state);
  seek?.addEventListener("input", () => {
    if (Number.isFinite(media.duration)) media.currentTime = (seek.value / 100) * media.duration;
  });
}
export function speed(button) {
  const media = button.closest("[data-player]").querySelector("audio, video");
  const rate = RATES[(RATES.indexOf(media.playbackRate) + 1) % RATES.length];
  media.playbackRate = rate;
  button.textContent = `${rate}×`;
}
