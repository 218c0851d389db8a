"""Headless Chromium, for what only a browser can tell about a page."""

import shutil

from .deadline import wait_until

try:
    from selenium import webdriver
    from selenium.common.exceptions import StaleElementReferenceException
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.by import By
except ImportError:
    webdriver = None

DESKTOP = {"width": 1280, "height": 800, "deviceScaleFactor": 1, "mobile": False}
PHONE = {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": True}


def missing():
    """What has to be installed before a test can use a browser, or nothing."""
    packages = {"chromium": shutil.which("chromium"),
                "chromium-driver": shutil.which("chromedriver"),
                "python3-selenium": webdriver}
    return " ".join(name for name, there in packages.items() if not there)


class Browser:
    """One window. Whatever a test looks for is waited for: pages load when they like."""

    def __init__(self):
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium")
        # Without a sandbox it also runs as root, as in containers.
        for flag in ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                     "--hide-scrollbars"]:
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(service=Service(shutil.which("chromedriver")),
                                       options=options)
        self.be()

    def be(self, metrics=None, scheme="light"):
        """Becomes a desktop or a phone whose user likes it light or dark."""
        command = self.driver.execute_cdp_cmd
        command("Emulation.setDeviceMetricsOverride", metrics or DESKTOP)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        command("Emulation.setEmulatedMedia", {"features": features})

    def open(self, url, script=""):
        """Loads a page from scratch, also if it is there already, and nothing kept from before.
        The script runs before those of the page."""
        self.driver.get("about:blank")
        command = self.driver.execute_cdp_cmd
        first = command("Page.addScriptToEvaluateOnNewDocument",
                        {"source": f"sessionStorage.clear(); {script}"})
        self.driver.get(url)
        command("Page.removeScriptToEvaluateOnNewDocument", first)

    def run(self, script, *arguments):
        """The value of an expression of JavaScript."""
        return self.driver.execute_script(f"return {script}", *arguments)

    def text(self, css):
        """What can be read in the first element that fits, with plain spaces; "" without one."""
        text = self.run("document.querySelector(arguments[0])?.innerText ?? ''", css)
        return text.replace("\u202f", " ")

    def reads(self, css, *words):
        """Waits until all of these words can be read there."""
        wait_until(lambda: all(word in self.text(css) for word in words),
                   f"{css} has {words}")

    def rows(self, label):
        """A table by its label: for each row the cells by their headings, as text."""
        return self.run("""[...document.querySelectorAll('table')]
            .filter((table) => table.getAttribute('aria-label') === arguments[0])
            .flatMap((table) => [...table.tBodies[0].rows])
            .map((row) => Object.fromEntries([...row.cells].map(
                (cell) => [cell.dataset.head, cell.innerText.trim()])))""", label)

    def click(self, css, text=""):
        """Clicks the first element that fits and has this text, once it can be clicked."""
        def clicked():
            try:
                for element in self.driver.find_elements(By.CSS_SELECTOR, css):
                    if text in element.text and element.is_displayed():
                        element.click()
                        return True
            except StaleElementReferenceException:
                pass  # painted anew meanwhile
            return False

        wait_until(clicked, f"{css} {text!r} can be clicked")

    def type(self, css, keys):
        """Types into a field, or wherever the focus is in an element."""
        wait_until(lambda: self.driver.find_elements(By.CSS_SELECTOR, css), f"{css} is there")
        self.driver.find_element(By.CSS_SELECTOR, css).send_keys(keys)

    def press(self, keys):
        """Presses keys where the focus is."""
        self.driver.switch_to.active_element.send_keys(keys)

    def complaints(self):
        """The warnings and errors that have come to the console since the last time."""
        return [entry for entry in self.driver.get_log("browser")
                if entry["level"] in ("SEVERE", "WARNING")]

    def close(self):
        self.driver.quit()
