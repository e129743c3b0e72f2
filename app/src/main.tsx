import { render } from "preact";
import { useEffect } from "preact/hooks";
import { app, deleteDevice, dropLink, isFresh, open, retry } from "./model/app";
import { t } from "./model/language";
import type { EnrolStep } from "./model/route";
import { useStore } from "./model/store";
import { registerServiceWorker } from "./model/worker";
import { ActionScreen } from "./screens/action";
import { Block, NewSim, Recover } from "./screens/block";
import { ChangeCode } from "./screens/change-code";
import { EnrolBank, EnrolCode, EnrolReady, EnrolBiometric, EnrolVouched } from "./screens/enrol-bank";
import { EnrolNumber, EnrolSecret, EnrolSim } from "./screens/enrol-sim";
import { FetchAtBank } from "./screens/bank";
import { Email } from "./screens/email";
import { ExportData } from "./screens/export";
import { Fingerprint } from "./screens/fingerprint";
import { History } from "./screens/history";
import { Home } from "./screens/home";
import { PartnerScreen, Partners } from "./screens/partners";
import { ReceiptScreen } from "./screens/receipt";
import { Replaced } from "./screens/replaced";
import { OpenLink, Scan } from "./screens/scan";
import { About, Devices, Settings } from "./screens/settings";
import { Welcome } from "./screens/welcome";
import { Withdraw } from "./screens/withdraw";
import { Frame } from "./ui/frame";
import { Button, ProblemScreen, Screen, Waiting } from "./ui/parts";

const ENROL: Record<EnrolStep, () => preact.JSX.Element | null> = {
  number: EnrolNumber,
  sim: EnrolSim,
  secret: EnrolSecret,
  bank: EnrolBank,
  vouched: EnrolVouched,
  code: EnrolCode,
  biometric: EnrolBiometric,
  ready: EnrolReady,
};

function App() {
  const { phase, language } = useStore(app);
  // The key renders every text again when the language changes.
  return <Frame key={language}>{phase === "ready" ? <Current /> : phase === "failed" ? <Failed /> : <Opening />}</Frame>;
}

function Opening() {
  return (
    <Screen id="opening" title="Ipse">
      <Waiting text={t("loading-note")} />
    </Screen>
  );
}

function Failed() {
  const { problem } = useStore(app);
  if (!problem) return null;
  if (problem.code === "device_replaced") return <Replaced problem={problem} />;
  return (
    <ProblemScreen
      problem={problem}
      actions={
        problem.final ? (
          <Button onClick={() => void deleteDevice().then(retry)} testid="start-over">
            {t("start-over")}
          </Button>
        ) : (
          <Button onClick={() => void retry()} testid="try-again">
            {t("try-again")}
          </Button>
        )
      }
    />
  );
}

function Current() {
  const { route, me, record, enrolment, waitingLink } = useStore(app);
  useEffect(() => {
    // A request waited for the identity. Open it now, unless it has expired.
    if (!me || !waitingLink || route.at !== "home") return;
    if (isFresh(waitingLink)) location.hash = waitingLink.text.slice(waitingLink.text.indexOf("#"));
    else dropLink();
  }, [me !== null, waitingLink, route.at]);

  if (route.at === "link") return <OpenLink link={route.link} />;
  if (!me) {
    if (route.at !== "enrol") return <Welcome />;
    // Somebody opened a later step without an enrolment.
    if (route.step !== "number" && (!record?.enrolment || !enrolment)) return <Welcome />;
    const Step = ENROL[route.step];
    return <Step />;
  }
  switch (route.at) {
    case "enrol":
      return route.step === "ready" ? <EnrolReady /> : <Home />;
    case "action":
      return <ActionScreen key={route.id} id={route.id} stage={route.stage} />;
    case "receipt":
      return <ReceiptScreen key={route.id} id={route.id} />;
    case "partners":
      return <Partners />;
    case "partner":
      return route.stage === "withdraw" ? <Withdraw key={route.id} id={route.id} /> : <PartnerScreen key={route.id} id={route.id} />;
    case "scan":
      return <Scan />;
    case "history":
      return <History />;
    case "settings":
      return <Settings />;
    case "devices":
      return <Devices />;
    case "block":
      return <Block />;
    case "recover":
      return <Recover />;
    case "change-code":
      return <ChangeCode />;
    case "export":
      return <ExportData />;
    case "fingerprint":
      return <Fingerprint />;
    case "email":
      return <Email />;
    case "bank":
      return <FetchAtBank />;
    case "new-sim":
      return <NewSim />;
    case "about":
      return <About />;
    case "home":
      return <Home />;
  }
}

const root = document.getElementById("app");
if (root) render(<App />, root);
void open();
registerServiceWorker();
