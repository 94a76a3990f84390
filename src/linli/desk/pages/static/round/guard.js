// On every page of the staff: what somebody else saw on their round with this phone does not stay here.

import { nowHere } from "./keeping.js";

const account = document.querySelector("[data-account]")?.dataset.account;
// The round sees to it itself, before it keeps anything.
if (account && !document.querySelector("#round")) nowHere(account).catch(() => {});
