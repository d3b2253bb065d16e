import { PageTitle } from '../../components/page-title.tsx';
import { Nodes } from './nodes.tsx';
import { Totals, TotalsChoices } from './totals.tsx';

/** Requests and idle share of all workspaces that the viewer may list, and the nodes of the cluster. */
export function FleetPage() {
  return (
    <div class="page details">
      <PageTitle
        title="Fleet"
        about="Workspaces that you may list, the resources that they request, and those that are idle."
      >
        <TotalsChoices namespace="" />
      </PageTitle>
      <Totals namespace="">
        <Nodes />
      </Totals>
    </div>
  );
}
