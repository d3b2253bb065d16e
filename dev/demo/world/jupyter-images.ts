import type { ImageSpec, OptionList, OptionValue } from '../workspace-kind.ts';

interface Image {
  readonly id: string;
  readonly description: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly hidden?: boolean;
  readonly redirect?: OptionValue<ImageSpec>['redirect'];
}

const SCIPY = 'JupyterLab, with SciPy Packages';
const PYTORCH = 'JupyterLab, with PyTorch (CUDA), and Common Python Packages';

const images: readonly Image[] = [
  {
    id: 'jupyter-scipy:v1.8.0',
    description: SCIPY,
    labels: { python_version: '3.11.6' },
    hidden: true,
    redirect: {
      to: 'jupyter-scipy:v1.9.2',
      message: { level: 'Info', text: 'JupyterLab is updated from 3.6.6 to 4.2.5.' },
    },
  },
  {
    id: 'jupyter-scipy:v1.9.2',
    description: SCIPY,
    labels: { python_version: '3.11.10' },
    redirect: {
      to: 'jupyter-scipy:v1.10.0',
      message: { level: 'Info', text: 'This update does not change any Python package incompatibly.' },
    },
  },
  { id: 'jupyter-scipy:v1.10.0', description: SCIPY, labels: { python_version: '3.11.11' } },
  {
    id: 'jupyter-pytorch-cuda-full:v1.9.2',
    description: PYTORCH,
    labels: { python_version: '3.11.10', pytorch_version: '2.3.1', cuda_version: '12.1', nccl_version: '2.20.5' },
    redirect: {
      to: 'jupyter-pytorch-cuda-full:v1.10.0',
      message: { level: 'Warning', text: 'PyTorch is updated from 2.3.1 to 2.5.1, xgboost from 1.7.6 to 2.1.4.' },
    },
  },
  {
    id: 'jupyter-pytorch-cuda-full:v1.10.0',
    description: PYTORCH,
    labels: { python_version: '3.11.11', pytorch_version: '2.5.1', cuda_version: '12.4', nccl_version: '2.21.5' },
  },
];

/** The images of the kind `jupyterlab`: two lines of them, the older ones leading to the newest. */
export const jupyterImages: OptionList<ImageSpec> = {
  spawner: { default: 'jupyter-scipy:v1.10.0' },
  values: images.map(imageOption),
};

function imageOption({ id, description, labels, hidden = false, redirect }: Image): OptionValue<ImageSpec> {
  return {
    id,
    spawner: {
      displayName: id,
      description,
      labels: Object.entries(labels).map(([key, value]) => ({ key, value })),
      hidden,
    },
    ...(redirect ? { redirect } : {}),
    spec: {
      image: `ghcr.io/kubeflow/kubeflow/notebook-servers/${id}`,
      imagePullPolicy: 'IfNotPresent',
      ports: [{ id: 'jupyterlab', port: 8888 }],
    },
  };
}
