// Runs before the first paint: 'auto' follows the system. The choice itself is a cookie, read by the server.
(() => {
  const root = document.documentElement;
  document.documentElement.classList.add("js");
  if (root.dataset.theme !== "auto") return;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const set = () => root.setAttribute("data-bs-theme", dark.matches ? "dark" : "light");
  set();
  dark.addEventListener("change", set);
})();
