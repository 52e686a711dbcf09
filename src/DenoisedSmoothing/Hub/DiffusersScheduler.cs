using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Schedules;

namespace DenoisedSmoothing.Hub;

/// <summary>
/// What a diffusers scheduler says about the training: which noise level a timestep has, and what the network predicts. How it would sample
/// (timestep_spacing, clip_sample, solver_order ...) does not matter: denoising here has its own steps.
/// </summary>
/// <param name="Name">The scheduler's class.</param>
/// <param name="Parametrization">What the network predicts.</param>
/// <param name="Schedule">The noise levels; null for EDM's schedulers, which feed the network the level itself.</param>
/// <param name="DataDeviation">sigma_data in EDM's schedulers.</param>
/// <param name="LargestLevel">sigma_max in EDM's schedulers.</param>
internal sealed record DiffusersScheduler(
    string Name, Parametrization Parametrization, INoiseSchedule? Schedule, double DataDeviation = 0, double LargestLevel = 0)
{
    private const string Advice = "Take the scheduler that the network was trained with, such as a DDPMScheduler.";
    private const int MostTimesteps = 100_000;

    // First beta, last beta and schedule if the file leaves them out.
    private static readonly (double First, double Last, string Schedule) s_usual = (1e-4, 0.02, "linear");

    private static readonly Dictionary<string, (double First, double Last, string Schedule)> s_known = new()
    {
        ["DDPMScheduler"] = s_usual,
        ["DDPMParallelScheduler"] = s_usual,
        ["DDIMScheduler"] = s_usual,
        ["DDIMParallelScheduler"] = s_usual,
        ["DDIMInverseScheduler"] = s_usual,
        ["PNDMScheduler"] = s_usual,
        ["LMSDiscreteScheduler"] = s_usual,
        ["EulerDiscreteScheduler"] = s_usual,
        ["EulerAncestralDiscreteScheduler"] = s_usual,
        ["DEISMultistepScheduler"] = s_usual,
        ["DPMSolverMultistepScheduler"] = s_usual,
        ["DPMSolverMultistepInverseScheduler"] = s_usual,
        ["DPMSolverSinglestepScheduler"] = s_usual,
        ["UniPCMultistepScheduler"] = s_usual,
        ["SASolverScheduler"] = s_usual,
        ["RePaintScheduler"] = s_usual,
        ["HeunDiscreteScheduler"] = (0.00085, 0.012, "linear"),
        ["KDPM2DiscreteScheduler"] = (0.00085, 0.012, "linear"),
        ["KDPM2AncestralDiscreteScheduler"] = (0.00085, 0.012, "linear"),
        ["DPMSolverSDEScheduler"] = (0.00085, 0.012, "linear"),
        ["LCMScheduler"] = (0.00085, 0.012, "scaled_linear"),
        ["TCDScheduler"] = (0.00085, 0.012, "scaled_linear"),
    };

    private static readonly string[] s_edm = ["EDMEulerScheduler", "EDMDPMSolverMultistepScheduler"];

    /// <summary>Names that can be read.</summary>
    public static IEnumerable<string> Names => s_known.Keys.Concat(s_edm);

    /// <summary>Reads a scheduler_config.json.</summary>
    /// <exception cref="CheckpointException">The scheduler or one of its settings is not known here.</exception>
    public static DiffusersScheduler Of(DiffusersConfig config)
    {
        string name = config.ClassName ?? throw config.Error("it does not name its scheduler (_class_name)", "Fetch the file again.");
        if (s_edm.Contains(name))
            return Edm(config, name);
        if (!s_known.TryGetValue(name, out (double First, double Last, string Schedule) missing))
            throw config.Error($"the scheduler {name} is not one that a denoiser can be read from; there are "
                + string.Join(", ", Names), Advice);
        if (config.Text("timestep_type", "discrete") is var kind && kind != "discrete")
            throw config.Error($"the setting 'timestep_type' is '{kind}', and networks are fed timesteps here", Advice);
        if (config.IsSet("use_flow_sigmas"))
            throw config.Error("'use_flow_sigmas' is set: the network is one of flow matching, whose noise is of another kind", Advice);
        double[] alphaBar = DiffusersBetas.AlphaBar(Betas(config, missing));
        if (config.Flag("rescale_betas_zero_snr", false))
            alphaBar = DiffusersBetas.WithoutTerminalSignal(alphaBar);
        try
        {
            return new DiffusersScheduler(name, Predicts(config), new TabulatedSchedule(alphaBar));
        }
        catch (ArgumentException e)
        {
            throw config.Error($"its betas do not make a schedule ({e.Message.TrimEnd('.')})", "Fetch the file again.");
        }
    }

    private static float[] Betas(DiffusersConfig config, (double First, double Last, string Schedule) missing)
    {
        if (config.Numbers("trained_betas") is { } trained)
            return [.. trained.Select(static beta => (float)beta)];
        int count = config.Whole("num_train_timesteps", 1000);
        if (count is < 2 or > MostTimesteps)
            throw config.Error($"num_train_timesteps is {count}, and a schedule has 2 to {MostTimesteps}", "Fetch the file again.");
        string schedule = config.Text("beta_schedule", missing.Schedule)!;
        return DiffusersBetas.ByName.TryGetValue(schedule, out Func<double, double, int, float[]>? betas)
            ? betas(config.Number("beta_start", missing.First), config.Number("beta_end", missing.Last), count)
            : throw config.Error($"the beta_schedule '{schedule}' is not known; there are "
                + string.Join(", ", DiffusersBetas.ByName.Keys), Advice);
    }

    private static Parametrization Predicts(DiffusersConfig config)
    {
        // Before 0.8 there was a flag instead.
        string usual = config.Flag("predict_epsilon", true) ? "epsilon" : "sample";
        return config.Text("prediction_type", usual) switch
        {
            "epsilon" => Parametrization.Epsilon,
            "sample" => Parametrization.X0,
            "v_prediction" => Parametrization.V,
            var other => throw config.Error(
                $"the prediction_type '{other}' is not known; there are epsilon, sample and v_prediction", Advice),
        };
    }

    private static DiffusersScheduler Edm(DiffusersConfig config, string name)
    {
        if (Predicts(config) is var predicts && predicts != Parametrization.Epsilon)
            throw config.Error("EDM's networks predict 'epsilon' in diffusers' words, and this file says otherwise", Advice);
        double data = config.Number("sigma_data", 0.5), largest = config.Number("sigma_max", 80);
        return data > 0 && largest > 0
            ? new DiffusersScheduler(name, predicts, null, data, largest)
            : throw config.Error("sigma_data and sigma_max must be above 0", "Fetch the file again.");
    }
}
