// Which of the versions of a message is shown.
import { BranchPickerPrimitive } from "@assistant-ui/react";
import { LeftIcon, RightIcon } from "../ui/icons";

export function Branches() {
  return (
    <BranchPickerPrimitive.Root hideWhenSingleBranch className="branches" role="group" aria-label="Versions">
      <BranchPickerPrimitive.Previous className="icon-button" aria-label="Previous version" title="Previous version">
        <LeftIcon />
      </BranchPickerPrimitive.Previous>
      <span className="branch-count">
        <BranchPickerPrimitive.Number /> / <BranchPickerPrimitive.Count />
      </span>
      <BranchPickerPrimitive.Next className="icon-button" aria-label="Next version" title="Next version">
        <RightIcon />
      </BranchPickerPrimitive.Next>
    </BranchPickerPrimitive.Root>
  );
}
