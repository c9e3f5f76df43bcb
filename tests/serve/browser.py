#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Opens a page in Debian's chromium without a screen, and asks it things (the DevTools protocol, over a pipe).

    browser.py URL WIDTHxHEIGHT STEP...
        wait=EXPRESSION  until it is true, 30 s at most     print=EXPRESSION  prints its value
        true=EXPRESSION  fails when it is not               shot=FILE         a picture (PNG)
        go=HASH          another part of the page           requests          every address that was asked for
"""
import base64
import json
import os
import subprocess
import sys
import tempfile
import time


class Browser:
    def __init__(self, size):
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        to_browser, self.write_fd = os.pipe()
        self.read_fd, from_browser = os.pipe()

        def descriptors():  # it reads 3 and writes 4
            os.dup2(to_browser, 100)
            os.dup2(from_browser, 101)
            os.dup2(100, 3)
            os.dup2(101, 4)

        self.process = subprocess.Popen(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--no-first-run",
             "--disable-dev-shm-usage", "--disable-background-networking", "--hide-scrollbars",
             "--user-data-dir=" + self.profile.name, "about:blank"],
            close_fds=False, preexec_fn=descriptors, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.buffer, self.count, self.events, self.session = b"", 0, [], None
        target = next(t for t in self.call("Target.getTargets")["targetInfos"] if t["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(domain + ".enable")
        self.call("Emulation.setDeviceMetricsOverride", width=size[0], height=size[1], deviceScaleFactor=1,
                  mobile=size[0] < 600)

    def message(self):
        while b"\0" not in self.buffer:
            data = os.read(self.read_fd, 1 << 20)
            if not data:
                sys.exit("browser.py: chromium has ended")
            self.buffer += data
        text, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, **params):
        self.count += 1
        call = {"id": self.count, "method": method, "params": params}
        if self.session:
            call["sessionId"] = self.session
        os.write(self.write_fd, json.dumps(call).encode() + b"\0")
        while True:
            message = self.message()
            if message.get("id") == self.count:
                if "error" in message:
                    sys.exit(f"browser.py: {method}: {message['error']}")
                return message["result"]
            self.events.append(message)

    def value(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            return None
        return result["result"].get("value")

    # A signal would end the browser before its own children, which then write into the folder while it is removed.
    def close(self):
        try:
            os.write(self.write_fd, b'{"id":0,"method":"Browser.close"}\0')
            self.process.wait(30)
        except (OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        self.profile.cleanup()


def step(browser, url, what, value):
    if what == "wait":
        end = time.monotonic() + 30
        while not browser.value(value):
            if time.monotonic() > end:
                sys.exit(f"browser.py: never true: {value}\n{browser.value('document.body.innerText')}")
            time.sleep(0.1)
    elif what == "true":
        if browser.value(value) is not True:
            sys.exit(f"browser.py: not true: {value}\n{browser.value('document.body.innerText')}")
    elif what == "print":
        print(browser.value(value))
    elif what == "go":
        browser.value("location.hash = " + json.dumps(value))
    elif what == "shot":
        with open(value, "wb") as f:
            f.write(base64.b64decode(browser.call("Page.captureScreenshot", format="png")["data"]))
    elif what == "requests":
        for event in browser.events:
            if event["method"] == "Network.requestWillBeSent":
                print(event["params"]["request"]["url"])
    else:
        sys.exit(f"browser.py: {what}: no such step")


def main():
    url, size = sys.argv[1], [int(n) for n in sys.argv[2].split("x")]
    browser = Browser(size)
    try:
        browser.call("Page.navigate", url=url)
        for word in sys.argv[3:]:
            step(browser, url, *(word.split("=", 1) if "=" in word else (word, "")))
    finally:
        browser.close()


main()
