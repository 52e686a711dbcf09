using System.Globalization;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Training.Attacks;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training;

/// <summary>
/// Diversity-regularised training (Yang et al. 2022): several classifiers trained together, with wide margins whose gradients at the noisy
/// images point in different directions, so that what moves one does not move the others. With margin_j the difference of classifier j's
/// two largest probabilities, and g_j its gradient with respect to the image: L = sum_j CE_j + rho1 GD - rho2 CM, where GD is the mean of
/// |g_i + g_j|^2 over pairs and images that both classify correctly, and CM the mean of margin_j over classifiers and images that they
/// classify correctly.
/// </summary>
/// <remarks>
/// Second order: the gradient goes through g. For each classifier and copy, a step costs about ten times as much as Gaussian augmentation.
/// The trainer's network is a module that holds all members. Certify their <see cref="EnsembleClassifier"/>.
/// </remarks>
public sealed class Drt : ITrainingObjective
{
    private const double Tiny = 1e-30; // keeps the gradient of a root finite

    private readonly ModuleClassifier[] _members;
    private readonly double _sigma;

    /// <summary>Trains several classifiers' networks.</summary>
    /// <param name="members">At least two, over separate modules of weights, with the same number of classes; noise is added before their
    /// normalisation. The authors use three, already trained on noise.</param>
    /// <param name="sigma">The noise per pixel, in [0,1] pixel space; finite, above 0.</param>
    /// <exception cref="ArgumentException">There are fewer than two, a network is not a module with parameters or occurs twice, or the
    /// numbers of classes differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Sigma is not finite and positive.</exception>
    public Drt(IReadOnlyList<ModuleClassifier> members, double sigma)
    {
        ArgumentNullException.ThrowIfNull(members);
        if (members.Count < 2 || members.Select(member => member.ClassCount).Distinct().Count() != 1
            || members.DistinctBy(member => member.Network).Count() != members.Count)
            throw new ArgumentException("DRT trains two or more networks, each its own, with one number of classes.", nameof(members));
        (_members, _sigma) = ([.. members], Trainable.Sigma(sigma));
        Network = new TrainedTogether([.. members.Select(member => Trainable.Module(member.Network, nameof(members)))]);
    }

    /// <summary>Noisy copies of each image; above 0.</summary>
    /// <value>2, the authors' value.</value>
    public int Draws { get; init => field = Trainable.AtLeast(1, value, nameof(Draws)); } = 2;

    /// <summary>The weight of the gradients' diversity, rho1; finite, at least 0.</summary>
    /// <value>0.2. The authors' values for each noise level are in no code that was found.</value>
    public double DiversityWeight { get; init => field = Trainable.Weight(value, nameof(DiversityWeight)); } = 0.2;

    /// <summary>The weight of the margin, rho2; finite, at least 0.</summary>
    /// <value>0.5. The authors tried 0 to 5.</value>
    public double MarginWeight { get; init => field = Trainable.Weight(value, nameof(MarginWeight)); } = 0.5;

    /// <summary>Whether gradients are measured by the square of their length, as in the authors' code, or by the length itself.</summary>
    /// <value>True.</value>
    public bool Squared { get; init; } = true;

    /// <summary>How far images are moved against each classifier before the noise, in l2 (S-DRT); finite, at least 0.</summary>
    /// <value>0: not at all (G-DRT). The authors' form with an attack uses 1, in 10 steps.</value>
    public double Radius { get; init => field = Trainable.Weight(value, nameof(Radius)); }

    /// <summary>Steps of the attack, above 0.</summary>
    /// <value>10, the authors' value.</value>
    public int AttackSteps { get; init => field = Trainable.AtLeast(1, value, nameof(AttackSteps)); } = 10;

    /// <inheritdoc/>
    public nn.Module Network { get; }

    /// <inheritdoc/>
    public string Settings => string.Create(CultureInfo.InvariantCulture,
        $"DRT; sigma={_sigma}; members={_members.Length}; draws={Draws}; diversity weight={DiversityWeight}; " +
        $"margin weight={MarginWeight}; squared={(Squared ? "yes" : "no")}; radius={Radius}" +
        $"{(Radius > 0 ? string.Create(CultureInfo.InvariantCulture, $"; attack steps={AttackSteps}") : "")}; " +
        $"{string.Join("; ", _members.Select(Trainable.InputOf).Distinct())}");

    /// <inheritdoc/>
    public Tensor Loss(TrainingBatch batch, StepRandom random)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(random);
        Trainable.RequireClasses(batch, _members[0].ClassCount);
        IReadOnlyList<Tensor> noise = Trainable.Noise(batch.Images, _sigma, Draws, random);
        Tensor[] gradients = new Tensor[_members.Length], right = new Tensor[_members.Length];
        Tensor loss = zeros(1, batch.Images.dtype, batch.Images.device), margins = zeros_like(loss), count = zeros_like(loss);
        for (int j = 0; j < _members.Length; j++)
        {
            Tensor x = Trainable.Noisy(Moved(_members[j], batch, noise, random), noise).detach().requires_grad_(true);
            Tensor logits = _members[j].Forward(x); // [m B,K]
            loss = loss.Plus(Trainable.CrossEntropy(logits, batch, _members[j].ClassCount));
            Tensor top = nn.functional.softmax(logits, 1).topk(2, dim: 1).values;
            Tensor margin = top.select(1, 0) - top.select(1, 1); // [m B]
            gradients[j] = autograd.grad([margin.sum()], [x], retain_graph: true, create_graph: true)[0].flatten(1);
            right[j] = logits.argmax(1).eq(batch.Labels.repeat(Draws)).to_type(logits.dtype);
            margins = margins.Plus((right[j] * margin).sum());
            count = count.Plus(right[j].sum());
        }

        Tensor diversity = Diversity(gradients, right) * Kept(DiversityWeight);
        return (loss.Plus(diversity) - Kept(MarginWeight) * margins / count.clamp_min(Kept(1))).sum();
    }

    private Tensor Diversity(Tensor[] gradients, Tensor[] right)
    {
        Tensor sum = zeros(1, gradients[0].dtype, gradients[0].device), count = zeros_like(sum);
        for (int i = 0; i < gradients.Length; i++)
        {
            for (int j = i + 1; j < gradients.Length; j++)
            {
                Tensor both = right[i] * right[j], square = gradients[i].Plus(gradients[j]).Squared().sum(1);
                sum = sum.Plus((both * (Squared ? square : square.clamp_min(Kept(Tiny)).sqrt())).sum());
                count = count.Plus(both.sum());
            }
        }

        return sum / count.clamp_min(Kept(1));
    }

    private Tensor Moved(ModuleClassifier member, TrainingBatch batch, IReadOnlyList<Tensor> noise, StepRandom random) => Radius == 0
        ? batch.Images
        : Trainable.InEvaluation(Network, () => new PgdAttack { Steps = AttackSteps }.Run(
            new AttackTarget(member, _sigma) { Batch = int.MaxValue }, batch.Images, batch.Labels, Radius, noise, random));

    /// <summary>The members as one module: member0, member1, ...</summary>
    private sealed class TrainedTogether : nn.Module
    {
        public TrainedTogether(IReadOnlyList<nn.Module> members) : base(nameof(TrainedTogether))
        {
            for (int i = 0; i < members.Count; i++)
                register_module(string.Create(CultureInfo.InvariantCulture, $"member{i}"), members[i]);
        }
    }
}
