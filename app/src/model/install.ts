// Adding the app to the home screen, if the browser offers it.

import { Store } from "./store";

interface InstallEvent extends Event {
  prompt(): Promise<unknown>;
}

/** The browser's offer. The app stores it until the person uses it. */
export const install = new Store<{ offer: InstallEvent | null }>({ offer: null });

addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  install.set({ offer: event as InstallEvent });
});
addEventListener("appinstalled", () => install.set({ offer: null }));

export async function installApp(): Promise<void> {
  const { offer } = install.get();
  install.set({ offer: null });
  await offer?.prompt();
}
