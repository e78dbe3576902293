// The client of the signed-in person, for every component below the key gate.
import { createContext, useContext } from "react";
import { Client } from "./client";

export const ClientContext = createContext<Client>(new Client());

export function useClient(): Client {
  return useContext(ClientContext);
}
