"""A `_bulk` endpoint that takes everything, at a pace if one is given: a sink's other side for measurements."""
import gzip
import http.server
import threading
import time


class Bulk:
    """Takes so many bytes a second of what is sent to it, as it is sent; as many as come where none is given."""

    def __init__(self, bytes_per_second=float("inf")):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                time.sleep(len(body) / bytes_per_second)
                if self.headers["Content-Encoding"] == "gzip":
                    body = gzip.decompress(body)
                items = ",".join(['{"create":{"status":201}}'] * (body.count(b"\n") // 2))
                answer = f'{{"errors":false,"items":[{items}]}}'.encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        # At the end of a run the agent leaves without its answers.
        self.server.handle_error = lambda *_: None
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
