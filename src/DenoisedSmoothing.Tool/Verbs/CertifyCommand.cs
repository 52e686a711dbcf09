using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Tool;

/// <summary>The verb certify.</summary>
internal static class CertifyCommand
{
    public static Verb Create() => new SmoothingVerb(CertificationLogKind.Certify).Of(new Verb(
        "certify",
        "Certifies images: a class and a radius within which no attack changes it (l2, or l1 with --norm), or an abstention. With --out "
            + "the results go to a log that survives a kill at any moment.",
        [
            "certify --sigma 0.5 --n 1000 --max 20",
            "certify --pair cifar10 --denoiser-file cifar10_uncond_50M_500K.pt --classifier-file vit.safetensors --data cifar10 "
                + "--data-path cifar-10-batches-bin --skip 20 --sigma 0.25 --seed 1 --out runs/025.tsv --resume",
            "certify --sigma 0.5 --certifier sequential --target 0.25,0.5 --data fashion-mnist --seed 1 --shard 2/4 --out runs/shard2.tsv",
        ],
        Verb.ExitCodesOfARun));
}
