export { sendingDeadline, timeLeft, type Deadline, type OfflineInvoice, type Outage } from "./deadline.ts";
export { kodI, kodII, type DocumentProof, type Kod } from "./kod.ts";
export { becomesOfflineAt, onlineTimeLeft } from "./online.ts";
export { kodPng, kodSvg } from "./picture.ts";
