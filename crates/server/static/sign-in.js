// Updates the sign-in page: a new QR code every second, and a reload when the state of the action changes.
// It also runs in old browsers. Without scripts the page reloads itself (see the noscript element in its head).
(function () {
  "use strict";
  var page = document.getElementById("sign-in");
  if (!page || !window.XMLHttpRequest) return;
  var query = "?action=" + encodeURIComponent(page.getAttribute("data-action"));
  var shown = page.getAttribute("data-status");
  // The first page answers the site's request. A reload must not send that request again.
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
      // If the action is gone or refused, reload: the server's page says why. Without an answer, wait longer each time.
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
