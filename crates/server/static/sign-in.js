// Keeps the sign-in page alive: a fresh QR every second, and a new page as soon as something happened.
// Written for old engines on purpose; without it the page refreshes itself (see the noscript in its head).
(function () {
  "use strict";
  var page = document.getElementById("sign-in");
  if (!page || !window.XMLHttpRequest) return;
  var query = "?action=" + encodeURIComponent(page.getAttribute("data-action"));
  var shown = page.getAttribute("data-status");
  // The first page came as the answer to the site's request, which is not to be sent again.
  if (window.location.pathname !== "/sign-in" && window.history.replaceState) {
    window.history.replaceState(null, "", "/sign-in" + query);
  }
  var qr = document.getElementById("qr");
  var modules = document.getElementById("qr-modules");
  var failures = 0;

  function get(path, done) {
    var request = new XMLHttpRequest();
    request.open("GET", path + query);
    request.timeout = 8000;
    request.onload = function () {
      var answer = null;
      if (request.status === 200) {
        try {
          answer = JSON.parse(request.responseText);
        } catch (error) {
          answer = null;
        }
      }
      done(answer, request.status);
    };
    request.onerror = request.ontimeout = function () {
      done(null, 0);
    };
    request.send();
  }

  function watch() {
    get("/sign-in/state", function (state, status) {
      if (state && state.status !== shown) {
        window.location.reload();
        return;
      }
      // Gone or refused: the server's own page says why. No answer: wait a little longer each time.
      if (!state && status >= 400 && status < 500 && status !== 429) {
        window.location.reload();
        return;
      }
      failures = state ? 0 : Math.min(failures + 1, 5);
      setTimeout(watch, 1000 * (failures + 1));
    });
  }

  function refresh() {
    get("/sign-in/qr", function (fresh) {
      if (fresh) {
        qr.setAttribute("viewBox", fresh.view_box);
        qr.setAttribute("data-text", fresh.text);
        modules.setAttribute("d", fresh.path);
      }
      setTimeout(refresh, fresh ? 1000 : 2000);
    });
  }

  setTimeout(watch, 1000);
  if (qr && modules) setTimeout(refresh, 1000);
})();
