import "./app/styles.css";
import "virtual:theme.css";
import "./app/base.css";
import { startApp } from "./app/start.tsx";
import { browserTelephone } from "./telephone/browser-telephone.ts";

void startApp(browserTelephone());
