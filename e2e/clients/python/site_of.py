"""A site on `localhost` for libraries that bring no server: `/login`, `/callback` and `/me`, one visitor at a time."""

import json
from http.server import BaseHTTPRequestHandler, HTTPServer


def serve(port, begin, finish):
    """`begin()` is the address for the browser; `finish(address)` is the person after the browser came back."""
    logged_in = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            path = self.path.split("?")[0]
            if path == "/login":
                logged_in.clear()
                self.redirect(begin())
            elif path == "/callback":
                try:
                    logged_in.update(finish(f"http://localhost:{port}{self.path}"))
                except Exception as error:  # What the library says is the result of the test.
                    self.answer(403, {"error": f"{type(error).__name__}: {error}"})
                else:
                    self.redirect("/me")
            elif path == "/me" and logged_in:
                self.answer(200, logged_in)
            else:
                self.answer(401, {"error": "nobody is logged in"})

        def redirect(self, address):
            self.send_response(303)
            self.send_header("Location", address)
            self.end_headers()

        def answer(self, status, value):
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    HTTPServer(("localhost", port), Handler).serve_forever()
