export { TestBrowser, type TestBrowserOptions } from "./test-browser.ts";
