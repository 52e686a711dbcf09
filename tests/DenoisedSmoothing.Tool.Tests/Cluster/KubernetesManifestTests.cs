using System.CommandLine;
using DenoisedSmoothing.Testing;
using k8s;
using k8s.Models;
using YamlDotNet.Core;

namespace DenoisedSmoothing.Tool.Tests.Cluster;

/// <summary>
/// The manifests of samples/Cluster/kubernetes, read strictly into the types that are generated from Kubernetes' published API: a field
/// that there is not, or of another type, is an error. And what they say of dds is what dds does.
/// </summary>
public class KubernetesManifestTests
{
    private static readonly string s_folder = Path.Combine(SourceTree.Root, "samples", "Cluster", "kubernetes");

    [Theory]
    [InlineData("certify.yaml", "ConfigMap", "PersistentVolumeClaim", "Job")]
    [InlineData("merge.yaml", "Job")]
    public void Manifest_has_only_fields_of_the_published_api(string file, params string[] kinds) =>
        Documents(file).Select(document => ((IKubernetesObject)document).Kind).Should().Equal(kinds);

    [Theory]
    [InlineData("backoffLimitPerIndex: 10", "backofLimitPerIndex: 10")]
    [InlineData("completions: 8", "completions: eight")]
    [InlineData("- type: DisruptionTarget", "- kind: DisruptionTarget")]
    public void Manifest_with_a_slip_is_not_read(string text, string slip)
    {
        string manifest = File.ReadAllText(Path.Combine(s_folder, "certify.yaml"));
        manifest.Should().Contain(text);

        FluentActions.Invoking(() => KubernetesYaml.LoadAllFromString(manifest.Replace(text, slip), null, strict: true))
            .Should().Throw<YamlException>();
    }

    [Fact]
    public void Certify_gives_every_index_its_shard_and_starts_again_what_can_pass()
    {
        V1JobSpec job = Documents("certify.yaml").OfType<V1Job>().Single().Spec;
        V1PodSpec pod = job.Template.Spec;
        V1Container dds = pod.Containers.Single();

        (job.CompletionMode, job.PodReplacementPolicy, pod.RestartPolicy).Should().Be(("Indexed", "Failed", "Never"));
        dds.Env.Single(variable => variable.Name == "DDS_SHARDS").Value.Should().Be($"{job.Completions}");
        job.BackoffLimitPerIndex.Should().BePositive();
        string command = dds.Args.Single();
        command.Should().StartWith("exec ", "signals go to the shell otherwise").And.Contain("--resume")
            .And.Contain("--shard $((JOB_COMPLETION_INDEX + 1))/$DDS_SHARDS");
        // What a shell makes of it for the last index.
        string[] words = command.Replace("$((JOB_COMPLETION_INDEX + 1))", $"{job.Completions}").Replace("$DDS_SHARDS", $"{job.Completions}")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
        ShouldParse([.. words.SkipWhile(word => word != "certify").Where(word => !word.StartsWith('@')), .. Settings()]);
        dds.VolumeMounts.Select(mount => mount.Name).Should().BeSubsetOf(pod.Volumes.Select(volume => volume.Name));
    }

    [Theory]
    [InlineData("certify.yaml")]
    [InlineData("merge.yaml")]
    public void Job_ends_at_codes_that_a_retry_does_not_mend_and_no_others(string file)
    {
        V1JobSpec job = Documents(file).OfType<V1Job>().Single().Spec;
        IList<V1PodFailurePolicyRule> rules = job.PodFailurePolicy.Rules;

        V1PodFailurePolicyRule disrupted = rules.Single(rule => rule.OnPodConditions is not null);
        (disrupted.Action, disrupted.OnPodConditions.Single().Type).Should().Be(("Ignore", "DisruptionTarget"));
        V1PodFailurePolicyRule never = rules.Single(rule => rule.OnExitCodes is not null);
        (never.Action, never.OnExitCodes.OperatorProperty).Should().Be(("FailJob", "In"));
        never.OnExitCodes.ContainerName.Should().Be(job.Template.Spec.Containers.Single().Name);
        never.OnExitCodes.Values.Should().Equal(CommandLine.Failed, CommandLine.CannotTell)
            .And.NotContain([CommandLine.TryAgain, CommandLine.Cancelled]);
    }

    [Theory]
    [InlineData("certify.yaml")]
    [InlineData("merge.yaml")]
    public void Pods_have_no_rights_that_they_do_not_need(string file)
    {
        V1PodSpec pod = Documents(file).OfType<V1Job>().Single().Spec.Template.Spec;
        V1SecurityContext container = pod.Containers.Single().SecurityContext;

        (pod.SecurityContext.RunAsNonRoot, container.ReadOnlyRootFilesystem, container.AllowPrivilegeEscalation)
            .Should().Be((true, true, false));
        container.Capabilities.Drop.Should().Equal("ALL");
        pod.AutomountServiceAccountToken.Should().BeFalse();
    }

    private static string[] Settings() => Documents("certify.yaml").OfType<V1ConfigMap>().Single().Data["run.args"]
        .Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);

    private static void ShouldParse(string[] args) =>
        CommandLine.Root().Parse(args).Errors.Select(error => error.Message).Should().BeEmpty(string.Join(' ', args));

    private static List<object> Documents(string file) =>
        KubernetesYaml.LoadAllFromString(File.ReadAllText(Path.Combine(s_folder, file)), null, strict: true);
}
