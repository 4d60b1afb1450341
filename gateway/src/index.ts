export { gateway } from "./app.ts";
export { startHub, type Hub, type HubOptions } from "./hub.ts";
export { openStorage, storageFrom, type OpenStorage, type Storage } from "./storage.ts";
export { startWorker, type Worker, type WorkerOptions } from "./worker.ts";
